"""Creates the repository for the images of all functions, and prints its address; `make deploy` runs it.

One repository serves all functions, because images share most of their layers, and a rule deletes old images. The SAM
CLI's own repositories, one per function, keep everything. Idempotent.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

CONFIGURATION = Path(__file__).parents[1] / "samconfig.toml"
NAME = "tutoring"
# For all functions together, fifty releases or more. Lambda stops a function whose image was deleted.
MOST_IMAGES = 2000
KEEP_NEWEST = {
    "rulePriority": 1,
    "description": "Forget the oldest images",
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": MOST_IMAGES},
    "action": {"type": "expire"},
}


def main() -> str:
    """The repository's address, without a tag. Raises what AWS refuses."""
    region = region_of_deploys()
    client: Any = boto3.client("ecr", region_name=region)
    repository = find_or_create(client)
    client.put_lifecycle_policy(repositoryName=NAME, lifecyclePolicyText=json.dumps({"rules": [KEEP_NEWEST]}))
    functions = f"arn:aws:lambda:{region}:{repository['registryId']}:function:*"
    client.set_repository_policy(repositoryName=NAME, policyText=json.dumps(readable_by(functions)))
    return str(repository["repositoryUri"])


def region_of_deploys() -> str:
    """The region that `sam deploy` uses, whatever the environment says."""
    settings = tomllib.loads(CONFIGURATION.read_text())
    return str(settings["default"]["deploy"]["parameters"]["region"])


def find_or_create(client: Any) -> Any:
    try:
        return client.describe_repositories(repositoryNames=[NAME])["repositories"][0]
    except client.exceptions.RepositoryNotFoundException:
        return client.create_repository(repositoryName=NAME, imageScanningConfiguration={"scanOnPush": True})[
            "repository"
        ]


def readable_by(functions: str) -> dict[str, Any]:
    """Source: docs.aws.amazon.com/lambda/latest/dg/images-create.html"""
    lambda_service = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"ArnLike": {"aws:SourceArn": functions}},
    }
    return {"Version": "2012-10-17", "Statement": [lambda_service]}


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main()}\n")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"The images' repository {NAME} cannot be made: {error}")
