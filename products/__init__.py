"""The products as data - terms, lists, cities, calendar - and their loader."""
