"""The use cases; `wiring` is the only module that names concrete backends and stores."""
