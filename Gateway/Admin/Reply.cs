using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>Writes replies. Each says how things are now, so none may be kept.</summary>
internal static class Reply
{
    private const string PlainText = "text/plain; charset=utf-8", JsonText = "application/json";

    public static Task Text(HttpContext context, int status, string text) => Send(context, status, PlainText, Encoding.UTF8.GetBytes(text + "\n"));

    public static Task Json<T>(HttpContext context, T value, JsonTypeInfo<T> type) => Json(context, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static Task Json(HttpContext context, byte[] json) => Send(context, StatusCodes.Status200OK, JsonText, [.. json, (byte)'\n']);

    private static Task Send(HttpContext context, int status, string type, byte[] body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(body).AsTask();
    }
}
