//! Paths and methods of routes: what API Gateway accepts, and what they are called in Terraform.

use std::fmt;

use crate::identifier::Identifier;
use portcullis_terraform_json::router;

/// A path of a REST API's resources, such as `/orders/{id}`, without a trailing slash.
///
/// API Gateway takes two kinds of segments: a literal (see `is_literal`), and one parameter in braces. The last segment
/// may be greedy, `{proxy+}`:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoutePath(Vec<Segment>);

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A literal, such as `orders`.
    Static(String),
    /// `{id}`.
    Parameter(String),
    /// `{proxy+}`: the rest of the path.
    Greedy(String),
}

impl fmt::Display for Segment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static(text) => formatter.write_str(text),
            Self::Parameter(name) => write!(formatter, "{{{name}}}"),
            Self::Greedy(name) => write!(formatter, "{{{name}+}}"),
        }
    }
}

impl fmt::Display for RoutePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("/");
        }
        self.0.iter().try_for_each(|segment| {
            formatter.write_str("/")?;
            segment.fmt(formatter)
        })
    }
}

impl RoutePath {
    /// Reads a path; the error is a sentence and a help.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err((
                format!("the path `{text}` must begin with `/`"),
                format!("write `/{text}`"),
            ));
        };
        if rest.is_empty() {
            return Ok(Self(Vec::new()));
        }
        if let Some(without) = text.strip_suffix('/') {
            let help = format!("write `{without}`: API Gateway answers `{text}` with the same route");
            return Err((format!("the path `{text}` must not end with `/`"), help));
        }
        let segments: Vec<_> = rest.split('/').map(Segment::parse).collect::<Result<_, _>>()?;
        let before_last = &segments[..segments.len() - 1];
        if let Some(greedy) = before_last
            .iter()
            .find(|segment| matches!(segment, Segment::Greedy(_)))
        {
            return Err((
                format!("`{greedy}` must be the last segment of `{text}`"),
                "write it without `+`, or end the path there: with `+` it takes the rest of the path".into(),
            ));
        }
        let mut names: Vec<_> = segments.iter().filter_map(Segment::parameter_name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err((
                format!("duplicate parameter `{}` in `{text}`", twice[0]),
                "give each parameter a name of its own".into(),
            ));
        }
        Ok(Self(segments))
    }

    /// The key of its route in the spec: `GET /orders/{id}`.
    pub fn key(&self, method: Method) -> String {
        [method.as_str(), " ", &self.to_string()].concat()
    }

    /// Its segments, from the root on; the root has none.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The path one segment above; the root has none.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, parent)| Self(parent.to_vec()))
    }

    /// This path and every one above it but the root, nearest to the root first: one API Gateway resource each.
    pub fn resources(&self) -> impl Iterator<Item = Self> + '_ {
        (1..=self.0.len()).map(|length| Self(self.0[..length].to_vec()))
    }

    /// Returns the part of a path that a gateway distinguishes from siblings. The names of parameters are gone, and
    /// greedy parameters look like others, because siblings may hold one variable segment of either kind.
    pub fn shape(&self) -> Vec<Option<&str>> {
        self.0
            .iter()
            .map(|segment| match segment {
                Segment::Static(text) => Some(text.as_str()),
                Segment::Parameter(_) | Segment::Greedy(_) => None,
            })
            .collect()
    }

    /// The path without the names of its parameters: another name makes no other route. Unlike in [`Self::shape`], a
    /// greedy last segment differs from a parameter, because it takes other requests.
    pub fn anonymous(&self) -> String {
        let parts = self.0.iter().map(|segment| match segment {
            Segment::Static(text) => text.as_str(),
            Segment::Parameter(_) => "{}",
            Segment::Greedy(_) => "{+}",
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Its name in Terraform, which belongs to this path alone: no other path changes it, and none has the same.
    ///
    /// `/orders/{id}` is `orders_parameter`. The names of parameters are left out. Renaming `{id}` then changes the
    /// resource's `path_part` in place. A new resource would be refused by API Gateway as a second variable sibling.
    ///
    /// Every other character becomes `_`, too. If a path has one, a suffix behind `__` tells what each `_` stands for:
    /// `/user-info` is `user_info__d` (dash), `/user_info/a.b` is `user_info_a_b__usp` (underscore, slash, period). A
    /// `w` before the letters of a segment says that it is the word `parameter`, or `root` alone.
    pub fn identifier(&self) -> Identifier {
        let mut name = String::with_capacity(64);
        let mut marks = String::new();
        for (place, segment) in self.0.iter().enumerate() {
            if place > 0 {
                name.push('_');
                marks.push('s');
            }
            let Segment::Static(text) = segment else {
                name.push_str(PARAMETER);
                continue;
            };
            if text == PARAMETER || (text == ROOT && self.0.len() == 1) {
                marks.push('w');
            }
            for c in text.chars() {
                let mark = mark(c);
                name.push(if mark.is_some() { '_' } else { c });
                marks.extend(mark);
            }
        }
        if self.0.is_empty() {
            name.push_str(ROOT);
        }
        if marks.chars().any(|mark| mark != 's') {
            name.push_str("__");
            name.push_str(&marks);
        }
        Identifier::new(&name)
    }

    /// The name in Terraform of its method's call and permission.
    pub fn identifier_of(&self, method: Method) -> Identifier {
        self.identifier().prefixed(&method.as_str().to_lowercase())
    }

    /// The name in Terraform of its preflight's call. No route has it, because `OPTIONS` is not a method of routes.
    pub fn identifier_of_preflight(&self) -> Identifier {
        self.identifier().prefixed("options")
    }

    /// The path as it stands in the ARN of an invocation: a parameter is `*`.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
    pub fn arn_pattern(&self) -> String {
        let parts = self.0.iter().map(|segment| match segment {
            Segment::Static(text) => text.as_str(),
            Segment::Parameter(_) | Segment::Greedy(_) => "*",
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, (String, String)> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let (name, greedy) = inner
                .strip_suffix('+')
                .map_or((inner, false), |name| (name, true));
            if !is_name(name) {
                return Err((
                    format!("a path parameter must be a name in braces, not `{text}`"),
                    "write `{name}` with letters, digits, `_`, `-` and `.`, or `{name+}` for the rest of the path"
                        .into(),
                ));
            }
            return Ok(if greedy {
                Self::Greedy(name.into())
            } else {
                Self::Parameter(name.into())
            });
        }
        if !is_literal(text) {
            let what = if text.is_empty() {
                "an empty segment".into()
            } else {
                format!("`{text}`")
            };
            return Err((
                format!(
                    "a path segment must be letters, digits and `_ - . : , $`, or one parameter, not {what}"
                ),
                "write a literal segment, or one parameter in braces".into(),
            ));
        }
        Ok(Self::Static(text.into()))
    }

    fn parameter_name(&self) -> Option<&str> {
        match self {
            Self::Static(_) => None,
            Self::Parameter(name) | Self::Greedy(name) => Some(name),
        }
    }
}

/// The word for a parameter in an identifier.
const PARAMETER: &str = "parameter";
/// The word for the path `/` in an identifier.
const ROOT: &str = "root";

/// The letter that stands for a literal's character in the suffix of an identifier, if an identifier can't hold it.
fn mark(c: char) -> Option<char> {
    match c {
        '-' => Some('d'),
        '_' => Some('u'),
        '.' => Some('p'),
        ':' => Some('c'),
        ',' => Some('m'),
        '$' => Some('b'),
        _ => None,
    }
}

/// Returns whether API Gateway takes a text for a literal segment: letters, digits and `_ - . : , $`.
///
/// Its documentation names all of them but `$`:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html#api-gateway-known-issues-rest-apis>
/// `$` has been taken since 2023. The console, the CLI and CloudFormation accept it, and the CDK deploys `$appliances:all`:
/// <https://github.com/aws/aws-cdk/issues/27083>, <https://github.com/aws/aws-cdk/pull/27619>
fn is_literal(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || mark(c).is_some())
}

/// The HTTP method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Method {
    Any,
    Delete,
    Get,
    Head,
    Patch,
    Post,
    Put,
}

impl Method {
    /// Every method a route may have. `OPTIONS` is not among them: the preflight answers it.
    pub const ALL: [Self; 7] = [
        Self::Any,
        Self::Delete,
        Self::Get,
        Self::Head,
        Self::Patch,
        Self::Post,
        Self::Put,
    ];

    /// Its name in Terraform and AWS, such as `GET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Reads an upper-case name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// The methods that it answers; `ANY` answers all, `OPTIONS` among them.
    pub fn answers(self) -> Vec<&'static str> {
        match self {
            Self::Any => router::ANY.to_vec(),
            one => vec![one.as_str()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RoutePath {
        RoutePath::parse(text).unwrap()
    }

    #[test]
    fn a_path_is_printed_as_it_was_read() {
        for text in [
            "/",
            "/open",
            "/orders/{id}",
            "/files/{proxy+}",
            "/v1.0/a:b/_c",
            "/Patient/$everything",
            "/Patient/{id}/$everything",
            "/$batch",
            "/a$",
            "/points/52.5,13.4",
        ] {
            assert_eq!(path(text).to_string(), text);
        }
    }

    #[test]
    fn bad_paths_are_refused_with_the_reason() {
        for (text, reason) in [
            ("open", "must begin with `/`"),
            ("/open/", "must not end with `/`"),
            ("/a//b", "not an empty segment"),
            ("/a b", "not `a b`"),
            ("/~c", "not `~c`"),
            ("/${c}", "not `${c}`"),
            ("/a+b", "not `a+b`"),
            ("/@me", "not `@me`"),
            ("/a%20b", "not `a%20b`"),
            ("/*", "not `*`"),
            ("/{proxy+}/x", "must be the last segment"),
            ("/{id}/{id}", "duplicate parameter"),
            ("/{}", "must be a name in braces"),
            ("/a{id}", "not `a{id}`"),
        ] {
            let (summary, _) = RoutePath::parse(text).unwrap_err();
            assert!(summary.contains(reason), "{text}: {summary}");
        }
    }

    #[test]
    fn the_name_of_a_parameter_is_not_in_the_identifier() {
        assert_eq!(path("/a/{x}").identifier(), path("/a/{y}").identifier());
        assert_eq!(path("/a/{x}").identifier().as_str(), "a_parameter");
        assert_eq!(path("/").identifier().as_str(), "root");
    }

    #[test]
    fn every_path_has_an_identifier_of_its_own() {
        for (text, expected) in [
            ("/user/info", "user_info"),
            ("/user-info", "user_info__d"),
            ("/user_info", "user_info__u"),
            ("/user.info", "user_info__p"),
            ("/user:info", "user_info__c"),
            ("/user,info", "user_info__m"),
            ("/user$info", "user_info__b"),
            ("/userInfo", "userInfo"),
            ("/user/info/d", "user_info_d"),
            ("/a/b-c", "a_b_c__sd"),
            ("/a-b/c", "a_b_c__ds"),
            ("/root", "root__w"),
            ("/root/x", "root_x"),
            ("/s/{id}", "s_parameter"),
            ("/s/parameter", "s_parameter__sw"),
            ("/parameter/{id}", "parameter_parameter__ws"),
            ("/{id}/parameter", "parameter_parameter__sw"),
            ("/2024", "_2024"),
            ("/_2024", "_2024__u"),
            ("/-2024/x", "_2024_x__ds"),
            ("/2024-x", "_2024_x__d"),
            ("/$", "___b"),
            (
                "/v1.0/well-known:thing/someone_x",
                "v1_0_well_known_thing_someone_x__psdcsu",
            ),
        ] {
            assert_eq!(path(text).identifier().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn resources_lead_from_the_root_to_the_path() {
        let all: Vec<_> = path("/a/{x}/b")
            .resources()
            .map(|path| path.to_string())
            .collect();
        assert_eq!(all, ["/a", "/a/{x}", "/a/{x}/b"]);
    }

    #[test]
    fn parameters_are_stars_in_an_arn() {
        assert_eq!(path("/a/{x}/{rest+}").arn_pattern(), "a/*/*");
    }
}
