/** Ends a request with a status and a text, which the client sees. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  /** The status of HTTP. */
  readonly status: ApiErrorStatus;

  /** The text is plain, in one line. */
  constructor(message: string, status: ApiErrorStatus = 400) {
    super(message);
    this.status = status;
  }
}

/** The statuses with which a request fails. */
export type ApiErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 408
  | 409
  | 413
  | 415
  | 421
  | 422
  | 500
  | 501
  | 503;
