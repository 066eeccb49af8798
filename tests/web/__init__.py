"""What a browser sees: pages, headers, forms and errors."""
