"""An edition as a whole: made, copied, checked before it opens, published."""
