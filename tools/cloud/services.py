"""The AWS services around the functions: S3, SQS, SES and Secrets Manager by moto, set up from the templates."""

import json
import logging
import secrets
from typing import Any, Self

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.ses.models import ses_backends

from tools.cloud.intrinsics import REGION
from tools.cloud.mail import Mail, read_mail
from tools.cloud.template import Resource, Template

ROLE = {"AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
EXECUTE_API = f"execute-api.{REGION}.amazonaws.com"
# The engines of this machine require no password.
DATABASE_LOGIN = {"username": "postgres", "password": "none is asked for"}


class Aws:
    """A moto server of this process.

    `secrets` maps ARNs to texts; `queues` and `stacks` map logical ids to queue URLs and nested stacks.
    """

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.queues: dict[str, str] = {}
        self.buckets: list[str] = []
        self.stacks: dict[str, Template] = {}
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._makers = {
            "AWS::S3::Bucket": self._make_bucket,
            "AWS::SES::ConfigurationSet": self._make_configuration_set,
            "AWS::SecretsManager::Secret": self._make_secret,
            "AWS::SQS::Queue": self._make_queue,
            "AWS::RDS::DBCluster": self._make_database,
            "AWS::ElastiCache::ServerlessCache": self._make_cache,
            "AWS::ApiGatewayV2::Api": self._make_api,
            "AWS::Serverless::HttpApi": self._make_api,
            "AWS::CloudFront::Distribution": self._make_distribution,
            "AWS::CloudFormation::Stack": self._make_stack,
        }

    def __enter__(self) -> Self:
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        account = boto3.Session("testing", "testing", region_name=REGION)
        self.s3: Any = account.client("s3", endpoint_url=self.endpoint)
        self.sqs: Any = account.client("sqs", endpoint_url=self.endpoint)
        self.ses = account.client("sesv2", endpoint_url=self.endpoint)
        self._keeper = account.client("secretsmanager", endpoint_url=self.endpoint)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        ses_backends.reset()

    def deploy(self, template: Template, sender: str) -> None:
        """Create the resources of a template that functions use, and let them send mail from a domain."""
        self.ses.create_email_identity(EmailIdentity=sender)
        self._make(template)

    def _make(self, template: Template) -> None:
        for kind, maker in self._makers.items():
            resources = template.of_type(kind)
            # A queue is created after its dead-letter queue.
            for name in sorted(resources, key=lambda each: "RedrivePolicy" in resources[each]):
                maker(template, name, resources[name])

    def _know(self, template: Template, name: str, ref: str, **attributes: str) -> None:
        values = {name: ref, **{f"{name}.{each.replace('_', '.')}": value for each, value in attributes.items()}}
        template.resolver.known |= values

    def _make_bucket(self, template: Template, name: str, _properties: Resource) -> None:
        bucket = name.lower()
        self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.buckets.append(bucket)
        domain = f"{bucket}.s3.{REGION}.amazonaws.com"
        self._know(template, name, bucket, Arn=f"arn:aws:s3:::{bucket}", RegionalDomainName=domain, DomainName=domain)

    def _make_secret(self, template: Template, name: str, properties: Resource) -> None:
        made = properties.get("GenerateSecretString", {})
        word = secrets.token_urlsafe(48)
        fields = json.loads(str(made.get("SecretStringTemplate", "{}")))
        text = json.dumps({**fields, made["GenerateStringKey"]: word}) if fields else word
        self._know(template, name, arn := self.keep_secret(name, text), Id=arn)

    def keep_secret(self, name: str, text: str) -> str:
        """Store a secret; returns its ARN."""
        arn = str(self._keeper.create_secret(Name=name, SecretString=text)["ARN"])
        self.secrets[arn] = text
        return arn

    def _make_configuration_set(self, template: Template, name: str, _properties: Resource) -> None:
        self.ses.create_configuration_set(ConfigurationSetName=name)
        self._know(template, name, name)

    def _make_queue(self, template: Template, name: str, properties: Resource) -> None:
        kept = ("VisibilityTimeout", "MessageRetentionPeriod")
        attributes = {key: str(template.resolve(properties[key])) for key in kept if key in properties}
        if redrive := properties.get("RedrivePolicy"):
            attributes["RedrivePolicy"] = json.dumps(template.resolve(redrive))
        url = self.queues[name] = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:{name}"
        self._know(template, name, url, Arn=arn, QueueUrl=url, QueueName=name)

    def _make_database(self, template: Template, name: str, _properties: Resource) -> None:
        arn = self.keep_secret(f"rds!{name}", json.dumps(DATABASE_LOGIN))
        self._know(template, name, name, Endpoint_Address="database", MasterUserSecret_SecretArn=arn)

    def _make_cache(self, template: Template, name: str, _properties: Resource) -> None:
        self._know(template, name, name, Endpoint_Address="cache", Endpoint_Port="6379")

    def _make_api(self, template: Template, name: str, _properties: Resource) -> None:
        self._know(template, name, api := name.lower(), ApiEndpoint=f"https://{api}.{EXECUTE_API}")

    def _make_distribution(self, template: Template, name: str, _properties: Resource) -> None:
        self._know(template, name, "E2EXAMPLE", DomainName="d2example.cloudfront.net")

    def _make_stack(self, template: Template, name: str, properties: Resource) -> None:
        """A nested stack; inputs and outputs that concern other resources (networks, keys) stay unknown."""
        parameters = {
            key: found
            for key, value in properties.get("Parameters", {}).items()
            if (found := _known_or_none(template, value)) is not None
        }
        nested = self.stacks[name] = Template(
            template.path.parent / str(properties["TemplateURL"]), parameters, self.secrets
        )
        self._make(nested)
        for key, output in nested.document.get("Outputs", {}).items():
            if (value := _known_or_none(nested, output["Value"])) is not None:
                self._know(template, name, name, **{f"Outputs_{key}": str(value)})

    def mails(self, to: str = "") -> list[Mail]:
        """The mails that SES got for an address (empty: for all), oldest first."""
        sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        found = [read_mail(each.raw_data.encode()) for each in sent]
        return [mail for mail in found if to.lower() in mail.to.lower()]


def _known_or_none(template: Template, value: Any) -> Any:
    try:
        return template.resolve(value)
    except KeyError:
        return None
