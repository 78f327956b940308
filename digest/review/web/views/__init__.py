"""What a page shows, as values. Pure: data in, data out; the templates print them."""
