"""One module for each group of commands; `service.cli` puts them together."""
