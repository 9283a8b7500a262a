"""Descriptions of APIs: OpenAPI and AsyncAPI, one module a format."""
