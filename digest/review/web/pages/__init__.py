"""The pages: each module reads what it shows, or appends what somebody did, and no more."""
