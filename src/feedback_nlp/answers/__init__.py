"""How an answer is read word by word: what kind it is, and where its clauses begin.

`cleaning.py` and `mentions.py` are the ways in.
"""
