"""The products as data: their lists, their loader and the calendar."""
