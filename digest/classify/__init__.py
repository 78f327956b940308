"""Labels: what a text is about, how sure the model is, and which sentence says so.

``model`` loads what is shipped, ``language`` tells which texts it can read, ``encoder`` turns a
text into a vector, ``heads`` turn the vector into probabilities, ``evidence`` finds the sentence,
``label`` puts them together for one text or a stream of lines. ``train`` makes the model.
"""
