"""The pages, one module a subject. Blueprints do not import each other."""
