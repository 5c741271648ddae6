using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Routing;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Admin;

internal static class RouteViews
{
    public static RoutesView Of(Snapshot snapshot)
    {
        Dictionary<string, WireFormat> formats = snapshot.Backends.ToDictionary(backend => backend.Name, backend => backend.Options.Protocol);
        return new([.. snapshot.Options.Routes.Select(route => Of(route, formats[route.Backend]))]);
    }

    private static RouteView Of(RouteOptions route, WireFormat format) => new(
        new RequestId(route.Id).ToString(),
        route.Name,
        route.Signature,
        format.Word,
        route.Backend,
        DurationForm.Display(route.Timeout),
        route.MessageBytesMax,
        route.OctetsBytesMax);
}
