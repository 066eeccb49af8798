"""What the portal costs and survives, measured on the machine it runs on: `make bench`, `make crash`."""
