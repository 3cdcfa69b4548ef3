"""The errors a client sees, in the two shapes a real server answers with."""


class ApiError(Exception):
    """A refusal with a status of its own: ``{"code": ..., "message": ...}``."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status
        self.message = message

    def body(self) -> dict:
        return {"code": self.status, "message": self.message}


class UnmappedError(ApiError):
    """A failure the real server does not map: 500 with a ``responseMessage``."""

    def __init__(self, cause: str):
        super().__init__(500, cause)

    def body(self) -> dict:
        text = f"An exception with message [{self.message}] was thrown while processing request."
        return {"responseMessage": text}


def bad_request(message: str) -> ApiError:
    return ApiError(400, message)


def not_found(entity_type: str, key: str) -> ApiError:
    return ApiError(404, f"{entity_type} instance for {key} not found")
