"""Outside systems, one module each; which of them an installation has is said in `webui.wiring` alone.

To add one, copy `registry.py`: a class with a `name`, its `operations`, and `call`. A diagram names an
operation as `connector.operation`.
"""
