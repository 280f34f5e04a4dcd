"""Outside systems, one module each; which of them an installation has is said in `webui.wiring` alone.

To add one, copy `sms.py`: a class with a `name`, the names of its `settings`, and its `operations` with their
schemas. A diagram names an operation as `connector.operation`.
"""
