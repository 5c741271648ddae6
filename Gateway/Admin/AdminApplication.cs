using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FrameRpc.Gateway.Admin;

/// <summary>Dispatches each request to its endpoint; unknown paths get the list of endpoints.</summary>
/// <remarks>A dozen fixed paths need no routing: leaving it out keeps it out of the binary.</remarks>
internal sealed class AdminApplication : IHttpApplication<HttpContext>
{
    private readonly AdminEndpoint[] _endpoints;
    private readonly HostCheck _hosts;
    private readonly string _list;

    public AdminApplication(IReadOnlyList<AdminEndpoint> endpoints, HostCheck hosts)
    {
        _hosts = hosts;
        _endpoints = [new(HttpMethods.Get, "/", "this list", context => Reply.Text(context, StatusCodes.Status200OK, _list!)), .. endpoints];
        int pathWidth = _endpoints.Max(endpoint => endpoint.Path.Length);
        _list = string.Join('\n', _endpoints.Select(endpoint => $"{endpoint.Method,-4} {endpoint.Path.PadRight(pathWidth)}  {endpoint.About}"));
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (_hosts.FindProblem(context) is { } problem)
            return Reply.Text(context, StatusCodes.Status421MisdirectedRequest, problem);
        // An unread body would be parsed as the next request.
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
            return Reply.Text(context, StatusCodes.Status413PayloadTooLarge, "Requests with a body are not accepted.");
        if (_endpoints.FirstOrDefault(endpoint => endpoint.Path == request.Path.Value) is not { } here)
            return Reply.Text(context, StatusCodes.Status404NotFound, $"Not found. Available paths:\n{_list}");
        if (here.Takes(request.Method))
            return here.Answer(context);
        context.Response.Headers.Allow = here.Methods;
        return Reply.Text(context, StatusCodes.Status405MethodNotAllowed, $"{here.Path} accepts {here.Methods}.");
    }
}
