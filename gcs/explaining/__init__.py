"""A gate as a page that a launch director can sign: all that decides it, and what it does.

The page is made of the mission's files alone and says what stands there: limits are
not rounded, and the digest names the very configuration that was signed.
"""

from gcs.explaining.gate_page import NoSuchGateError, explain

__all__ = ["NoSuchGateError", "explain"]
