"""Agreement of two questions to one person, or of several people about one place."""

from barometri.agreement.verbs import cohen_kappa, intraclass_correlation, krippendorff_alpha

__all__ = ["cohen_kappa", "intraclass_correlation", "krippendorff_alpha"]
