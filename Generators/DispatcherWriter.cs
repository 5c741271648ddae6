namespace FrameRpc.Generators;

/// <summary>Writes the extension method that maps all methods of a service on a server.</summary>
internal static class DispatcherWriter
{
    public static void Write(CodeWriter code, ServiceModel service, FormatWriter format)
    {
        code.Line($"/// <summary>Serves <see cref=\"{service.Interface}\"/>.</summary>");
        code.Block($"{service.Accessibility} static class {service.Name}Dispatcher", () =>
        {
            code.Line($"/// <summary>Serves every method of <see cref=\"{service.Interface}\"/>, and returns the server.</summary>");
            code.Line("/// <exception cref=\"global::System.InvalidOperationException\">One of them is already served, or the server was started.</exception>");
            string head = $"public static {format.ServerType} Map{service.Name}(this {format.ServerType} server, {service.Interface} service)";
            code.Block(head, () => WriteBody(code, service, format));
        });
    }

    private static void WriteBody(CodeWriter code, ServiceModel service, FormatWriter format)
    {
        code.Line("global::System.ArgumentNullException.ThrowIfNull(service);");
        foreach (MethodModel method in service.Methods)
        {
            (string before, string after) = format.Mapping(method);
            code.Block(
                $"_ = server.Map({before}, async (request, cancel) =>",
                () =>
                {
                    foreach (string line in format.Handler(method))
                        code.Line(line);
                },
                after + ");");
        }
        code.Line("return server;");
    }
}
