"""What a project may hold that nobody meant: hostile values, mutations of whole projects, confused types, odd names; and how it is tried."""
