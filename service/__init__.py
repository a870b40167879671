"""Where Pamoja touches the world: web, database, gateways, dashboard and command line."""
