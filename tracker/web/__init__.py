"""Pages: one folder per blueprint; views parse, call one service and render."""
