"""Door 2: status and actions for service agents, signed call-backs from partners."""
