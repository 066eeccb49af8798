"""What the portal does, a file a use case: plain functions over the parts, no Flask."""
