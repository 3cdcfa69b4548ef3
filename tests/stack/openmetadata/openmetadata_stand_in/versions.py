"""What differs between the published OpenMetadata versions, as questions with a yes or no."""

from dataclasses import dataclass

PUBLISHED = ("1.7.7.4", "1.9.17.6", "1.11.14.0", "1.13.6.3", "2.0.7.0")


@dataclass(frozen=True)
class Profile:
    """One version's answers; a route absent from a version answers 404 there."""

    release: str

    @property
    def minor(self) -> tuple[int, int]:
        major, minor = self.release.split(".")[:2]
        return int(major), int(minor)

    @property
    def reported(self) -> str:
        """The three-part version that ``GET /system/version`` gives."""
        return ".".join(self.release.split(".")[:3])

    @property
    def has_bulk(self) -> bool:
        return self.minor >= (1, 11)

    @property
    def has_bulk_pipeline_status(self) -> bool:
        return self.minor >= (1, 11)

    @property
    def implicit_basic_suite(self) -> bool:
        """From 1.8 a test case brings its table's basic suite with it."""
        return self.minor >= (1, 8)

    @property
    def results_by_post(self) -> bool:
        """From 1.8 results are posted to their own path, before they were put on the case."""
        return self.minor >= (1, 8)

    @property
    def has_stale_delete(self) -> bool:
        return self.minor >= (2, 0)

    @property
    def lists_run_statuses(self) -> bool:
        """An ingestion pipeline shows a list of runs from 2.0, only the last one before."""
        return self.minor >= (2, 0)

    @property
    def lineage_by_name(self) -> bool:
        return self.minor >= (2, 0)
