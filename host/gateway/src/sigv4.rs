//! AWS Signature Version 4 over a request that is ready to go. Signs only; keys come from the credential.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningParams, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RANGE};
use tracing::subscriber::{NoSubscriber, with_default};

use crate::aws::AwsKeys;
use crate::call::Call;
use crate::error::{Error, ErrorKind, Result};

/// The keys, and what they sign for.
pub(crate) struct Signer<'a> {
    pub(crate) keys: &'a AwsKeys,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl Signer<'_> {
    /// Adds the signing headers.
    pub(crate) fn sign(&self, call: &mut Call, now: SystemTime) -> Result<()> {
        let headers = self.signature(call, now)?;
        for (name, mut value) in headers {
            value.set_sensitive(true);
            call.headers.insert(name, value);
        }
        Ok(())
    }

    fn signature(&self, call: &Call, now: SystemTime) -> Result<Vec<(HeaderName, HeaderValue)>> {
        let AwsKeys { access_key_id, secret_access_key, session_token } = self.keys;
        let token = session_token.as_ref().map(|token| token.expose().to_owned());
        let identity =
            Credentials::new(access_key_id.expose(), secret_access_key.expose(), token, None, "metahost").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(now)
            .settings(self.settings())
            .build()
            .map_err(|cause| refused().caused_by(cause))?;
        let params = SigningParams::from(params);
        let request = signable(call)?;
        // At trace level the signer logs the URL with its query, where a caller may have put a secret.
        let signed = with_default(NoSubscriber::new(), || sign(request, &params));
        let signed = signed.map_err(|cause| refused().caused_by(cause))?;
        let header = |(name, value): (&str, &str)| Some((name.parse().ok()?, value.parse().ok()?));
        signed.output().headers().map(header).collect::<Option<_>>().ok_or_else(refused)
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        // S3 takes paths as they are and wants the body's hash in a header.
        if self.service.eq_ignore_ascii_case("s3") {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }
}

/// What is signed: host, dates, the body's type and every `x-amz-*` or `range` header the caller set. Others may change
/// on their way.
fn signable(call: &Call) -> Result<SignableRequest<'_>> {
    let signed = |name: &HeaderName| name.as_str().starts_with("x-amz-") || [RANGE, CONTENT_TYPE].contains(name);
    let headers = call.headers.iter().filter(|(name, _)| signed(name));
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Bytes(call.body.as_deref().unwrap_or_default());
    SignableRequest::new(call.method.as_str(), call.url.as_str(), headers, body)
        .map_err(|cause| refused().caused_by(cause))
}

fn refused() -> Error {
    Error::new(ErrorKind::CredentialRefused, "the request cannot be signed with AWS Signature Version 4")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Access;
    use crate::{OriginRule, Request, Secret};
    use std::time::{Duration, UNIX_EPOCH};

    fn call(url: &str, headers: &[(&str, &str)]) -> Call {
        let mut access = Access::new("s3");
        access.origins = vec![OriginRule::from_url(url).unwrap()];
        let request = headers.iter().fold(Request::get(url), |request, (name, value)| request.header(*name, *value));
        Call::new(&access, request, true).unwrap()
    }

    fn keys(access_key_id: &str, secret_access_key: &str) -> AwsKeys {
        let (access_key_id, secret_access_key) = (Secret::new(access_key_id), Secret::new(secret_access_key));
        AwsKeys { access_key_id, secret_access_key, session_token: None }
    }

    fn authorization(signer: &Signer<'_>, mut call: Call, at: u64) -> String {
        signer.sign(&mut call, UNIX_EPOCH + Duration::from_secs(at)).unwrap();
        call.headers["authorization"].to_str().unwrap().to_owned()
    }

    /// `get-vanilla` of the AWS Signature Version 4 test suite.
    #[test]
    fn the_test_suite_of_aws_gives_its_signature() {
        let keys = &keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let signer = Signer { keys, region: "us-east-1", service: "service" };
        let header = authorization(&signer, call("https://example.amazonaws.com/", &[]), 1_440_938_160);
        assert!(header.ends_with("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"), "{header}");
    }

    /// `GET Object` of the examples in the S3 API reference.
    #[test]
    fn the_example_of_the_s3_reference_gives_its_signature() {
        let keys = &keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let signer = Signer { keys, region: "us-east-1", service: "s3" };
        let call = call("https://examplebucket.s3.amazonaws.com/test.txt", &[("Range", "bytes=0-9")]);
        let header = authorization(&signer, call, 1_369_353_600);
        assert!(header.ends_with("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"), "{header}");
    }
}
