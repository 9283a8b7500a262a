"""Links between Kubernetes objects, each fact in the module that knows its matter."""
