"""Stand-ins that speak a gateway's bytes over a real socket."""
