"""The only place that knows Flask: one folder a surface, and what all surfaces share."""
