"""Pictures: pixels in, pixels out. The only room that knows the image library."""
