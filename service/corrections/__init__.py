"""What people say a mention really is, laid over what was read, and what is learned from that.

Attributes are said by senders, changes are things that the company did; corrections alone alter
labels.
"""
