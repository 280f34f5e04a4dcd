"""What programs send and get, as schemas, a module for each subject: they check, they write, and they are the documentation."""
