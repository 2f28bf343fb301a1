"""What reading a survey file takes: delimiters, export headers, cells, and guessing columns.

`readers.py` is the way in.
"""
