"""How personal data is recognised: structured kinds, addresses, and names of persons.

`privacy.py` is the way in; nothing else imports from here but the pipeline.
"""
