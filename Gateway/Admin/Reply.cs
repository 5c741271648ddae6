using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FrameRpc.Gateway.Admin.Metrics;
using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>Writes replies. They show the current state, so none may be cached.</summary>
internal static class Reply
{
    private const string PlainText = "text/plain; charset=utf-8", JsonText = "application/json";

    public static Task Text(HttpContext context, int status, string text) => Send(context, status, PlainText, Encoding.UTF8.GetBytes(text + "\n"));

    public static Task Json<T>(HttpContext context, T value, JsonTypeInfo<T> type) => Json(context, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static Task Json(HttpContext context, byte[] json) => Send(context, StatusCodes.Status200OK, JsonText, [.. json, (byte)'\n']);

    /// <summary>Written while the counters are read, so its length is not known in advance.</summary>
    public static async Task Metrics(HttpContext context, MetricsPage page)
    {
        Begin(context, StatusCodes.Status200OK, MetricsWriter.ContentType);
        page.WriteTo(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync();
    }

    private static Task Send(HttpContext context, int status, string type, byte[] body)
    {
        Begin(context, status, type);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static void Begin(HttpContext context, int status, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
    }
}
