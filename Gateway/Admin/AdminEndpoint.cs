using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>One thing that the admin endpoint does.</summary>
/// <param name="Method"><c>GET</c>, which answers HEAD too, or <c>POST</c>, which takes the right to (<see cref="Asker"/>).</param>
/// <param name="Path">As it is asked for; nothing is below it.</param>
/// <param name="About">What it says or does, in the list of all.</param>
/// <param name="Answer">Writes the reply.</param>
internal sealed record AdminEndpoint(string Method, string Path, string About, Func<HttpContext, Task> Answer)
{
    public bool Takes(string method) => method == Method || (Method == HttpMethods.Get && method == HttpMethods.Head);

    /// <summary>For the <c>Allow</c> header.</summary>
    public string Methods => Method == HttpMethods.Get ? $"{HttpMethods.Get}, {HttpMethods.Head}" : Method;
}
