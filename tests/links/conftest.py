import pytest

pytest.register_assert_rewrite(
    "tests.links.conformance.byte_link", "tests.links.conformance.topic_link"
)
