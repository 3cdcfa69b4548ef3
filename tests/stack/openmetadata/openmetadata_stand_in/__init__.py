"""A stand-in for an OpenMetadata server, for tests only.

It checks every request body with the models OpenMetadata publishes and keeps
what it accepts in memory. It is not OpenMetadata and stores nothing for good.
"""
