// The errors that Secrets Manager documents, with its words where they are known from recorded answers. A fault is an answer,
// anything else thrown is a bug of the emulator. Not confirmed: the words of LimitExceededException, of faults about parameters, and
// that a broken length rule is an InvalidParameterException (AWS may say ValidationException).
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html

export class SecretsManagerFault extends Error {
  override readonly name = "SecretsManagerFault";
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export function secretNotFound(): SecretsManagerFault {
  return new SecretsManagerFault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

/** `what` names the missing value, e.g. `staging label: AWSPENDING`. */
export function valueNotFound(what: string): SecretsManagerFault {
  return new SecretsManagerFault("ResourceNotFoundException", `Secrets Manager can't find the specified secret value for ${what}`);
}

export function versionNotFound(versionId: string): SecretsManagerFault {
  return new SecretsManagerFault("ResourceNotFoundException", `Secrets Manager can't find the specified secret version: ${versionId}.`);
}

export function nameTaken(name: string): SecretsManagerFault {
  return new SecretsManagerFault("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
}

export function versionTaken(): SecretsManagerFault {
  return new SecretsManagerFault("ResourceExistsException", "You can't modify an existing version, you can only create a new version.");
}

export function markedForDeletion(): SecretsManagerFault {
  return invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

export function invalidRequest(message: string): SecretsManagerFault {
  return new SecretsManagerFault("InvalidRequestException", message);
}

export function invalidParameter(message: string): SecretsManagerFault {
  return new SecretsManagerFault("InvalidParameterException", message);
}

export function limitExceeded(message: string): SecretsManagerFault {
  return new SecretsManagerFault("LimitExceededException", message);
}

export function invalidNextToken(): SecretsManagerFault {
  return new SecretsManagerFault("InvalidNextTokenException", "The NextToken value is invalid.");
}

export function unknownOperation(status = 400): SecretsManagerFault {
  return new SecretsManagerFault("UnknownOperationException", "The requested operation is not known.", status);
}

export function notSigned(): SecretsManagerFault {
  return new SecretsManagerFault("MissingAuthenticationTokenException", "Missing Authentication Token");
}

export function notSerializable(): SecretsManagerFault {
  return new SecretsManagerFault("SerializationException", "The request body is not a JSON document.");
}
