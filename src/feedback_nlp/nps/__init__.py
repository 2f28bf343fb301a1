"""The Net Promoter Score: estimate it, put an interval around it, compare it."""

from feedback_nlp.nps.comparison import (
    NpsDifference,
    nps_by,
    nps_difference,
    nps_test,
    responses_needed,
)
from feedback_nlp.nps.estimate import (
    HIGHEST_SCORE,
    PASSIVE_FROM,
    PROMOTER_FROM,
    PSEUDO_EACH_SIDE,
    PSEUDO_RESPONDENTS,
    NpsEstimate,
    groups,
    nps,
    nps_from_counts,
    nps_variance,
)

__all__ = [
    "HIGHEST_SCORE",
    "PASSIVE_FROM",
    "PROMOTER_FROM",
    "PSEUDO_EACH_SIDE",
    "PSEUDO_RESPONDENTS",
    "NpsDifference",
    "NpsEstimate",
    "groups",
    "nps",
    "nps_by",
    "nps_difference",
    "nps_from_counts",
    "nps_test",
    "nps_variance",
    "responses_needed",
]
