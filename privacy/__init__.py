"""Keys and what is sealed with them: personal data are readable only as long as the key of their subject is kept."""
