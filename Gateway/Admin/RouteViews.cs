using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Admin;

/// <summary>Makes the views of the routes, which do not change while the gateway runs.</summary>
internal static class RouteViews
{
    public static RoutesView Of(GatewayOptions options) => new([.. options.Routes.Select(route => Of(route, options.Backends[route.Backend]))]);

    private static RouteView Of(RouteOptions route, BackendOptions backend) => new(
        new RequestId(route.Id).ToString(),
        route.Name,
        route.Signature,
        backend.Protocol.Word(),
        backend.Name,
        DurationForm.Display(route.Timeout),
        route.MessageBytesMax,
        route.OctetsBytesMax);
}
