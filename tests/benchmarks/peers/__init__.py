"""Other engines on the same diagram or the same steps, installed for the length of a run and never into the product."""
