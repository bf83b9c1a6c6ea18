using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Templates and their versions.</summary>
internal static class TemplateOperations
{
    public static readonly ApiOperation CreateTemplate = new("createTemplate", "Templates", "Make a template and publish its first version, or leave it a draft")
    {
        Description = "To be published every variant is compiled with all that it includes; what it includes is fixed at the version of now. Without variables those "
            + "that the content uses are declared for it.",
        IsIdempotent = true,
        Body = typeof(ApiShapes.Template),
        Answer = typeof(ApiShapes.StoredTemplate),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        Example = """
            { "key": "welcome", "name": "Welcome", "variables": [ { "name": "customer_name", "type": "string", "required": true } ],
              "variants": [ { "channel": "email", "subject": "Welcome, {{ customer_name }}", "text": "Hello {{ customer_name }}" } ] }
            """,
    };

    public static readonly ApiOperation ListTemplates = new("listTemplates", "Templates", "Templates by key")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredTemplate>),
        Query =
        [
            ("category", "Only of this category."), ("type", "Only of this type."), ("is_active", "Only those that can be sent (true), or those that cannot (false)."),
            Limit, After,
        ],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetTemplate = new("getTemplate", "Templates", "A template by its id or key")
    {
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation UpdateTemplate = new("updateTemplate", "Templates", "Change what is not in the versions: key, name, category, whether it is active")
    {
        Description = "Fields that are left out take their defaults; key and name stay.",
        Body = typeof(ApiShapes.TemplateDetails),
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "name": "Welcome", "category": "onboarding", "is_active": false }
            """,
    };

    public static readonly ApiOperation DeleteTemplate = new("deleteTemplate", "Templates", "Delete a template; its key is free again")
    {
        Description = "Its versions stay for the notifications and templates that are bound to them.",
        Status = 204,
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation RollbackTemplate = new("rollbackTemplate", "Templates", "Put a version in use again that was published before")
    {
        Description = "Without a body the published version before that in use.",
        Body = typeof(ApiShapes.Rollback),
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [400, 401, 403, 404, 412, 415, 422],
        IsConditional = true,
        Example = """
            { "version": 2 }
            """,
    };

    public static readonly ApiOperation CreateTemplateVersion = new("createTemplateVersion", "Templates", "Add a draft of a next version")
    {
        Body = typeof(ApiShapes.TemplateContent),
        Answer = typeof(ApiShapes.TemplateVersion),
        Status = 201,
        Problems = [400, 401, 403, 404, 413, 415, 422],
        IsIdempotent = true,
        Example = """
            { "variables": [ { "name": "customer_name", "type": "string", "required": true, "sample": "Ana" } ],
              "variants": [ { "channel": "email", "subject": "Hello {{ customer_name }}", "html": "<p>Welcome!</p>{% include \"footer\" %}" } ] }
            """,
    };

    public static readonly ApiOperation ListTemplateVersions = new("listTemplateVersions", "Templates", "A template's versions, the newest first, without their content")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.TemplateVersionSummary>),
        Query = [Limit, After],
        Problems = [401, 403, 404, 422],
    };

    public static readonly ApiOperation GetTemplateVersion = new("getTemplateVersion", "Templates", "A version with its content")
    {
        Answer = typeof(ApiShapes.TemplateVersion),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ReplaceTemplateVersion = new("replaceTemplateVersion", "Templates", "Change a draft; a published version never changes")
    {
        Body = typeof(ApiShapes.TemplateContent),
        Answer = typeof(ApiShapes.TemplateVersion),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "variants": [ { "channel": "sms", "text": "Welcome, {{ customer_name }}" } ] }
            """,
    };

    public static readonly ApiOperation PublishTemplateVersion = new("publishTemplateVersion", "Templates", "Check a draft and put it in use")
    {
        Description = "Refused with field, line and column where a variant does not compile, uses a variable that is not declared, or includes what is not there. "
            + "If-Match is about the draft.",
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation DiffTemplateVersions = new("diffTemplateVersions", "Templates", "How one version differs from another, line by line")
    {
        Answer = typeof(ApiShapes.TemplateDiff),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation TestTemplate = new("testTemplate", "Templates", "Render a version with sample data, and send it to an address if asked")
    {
        Description = "The declared samples, with variables in their place. With to the result goes out as an ordinary notification with the tag test; "
            + "that needs the scope messages:write.",
        Body = typeof(ApiShapes.TemplateTestRequest),
        Answer = typeof(ApiShapes.TemplateTest),
        Problems = [400, 401, 403, 404, 413, 415, 422, 503],
        Example = """
            { "version": 3, "channel": "email", "locale": "es-MX", "variables": { "customer_name": "Ana" } }
            """,
        AnswerExample = """
            { "template_id": "tpl_06f8q2k7w1e3r5t7y9v1b3n5m7", "version": 3, "variants": [
              { "channel": "email", "locale": null, "subject": "Hello Ana", "text": null, "html": "<p>Welcome!</p>", "errors": [] } ], "sent": null }
            """,
    };
}
