using System.Text;

namespace Carillon.Jinja.Tests;

/// <summary>Renders one template with a JSON context.</summary>
internal static class Rendering
{
    public static JinjaValue Json(string json) => JinjaValue.ParseJson(Encoding.UTF8.GetBytes(json));

    public static string Render(string template, string json = "{}", JinjaOptions? options = null) =>
        new JinjaEnvironment(options).FromString(template).Render(Json(json));

    public static T Fails<T>(string template, string json = "{}", JinjaOptions? options = null)
        where T : JinjaException => Assert.Throws<T>(() => Render(template, json, options));
}
