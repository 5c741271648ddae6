using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace FrameRpc.Generators;

/// <summary>Generates the client, the dispatcher and the request ids of each interface that is marked as a service.</summary>
/// <remarks>The values between the steps have value equality: after an edit elsewhere, generation stops at the second step.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class ServiceGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        Register(context, FrameServiceReader.Attribute, static (service, attribute) => new FrameServiceReader(service, attribute));
        Register(context, SmfServiceReader.Attribute, static (service, attribute) => new SmfServiceReader(service, attribute));
    }

    private static void Register(
        IncrementalGeneratorInitializationContext context, string attribute, Func<INamedTypeSymbol, AttributeData, ServiceReader> open)
    {
        IncrementalValuesProvider<ServiceResult> services = context.SyntaxProvider.ForAttributeWithMetadataName(
            attribute,
            static (node, _) => node is InterfaceDeclarationSyntax,
            (found, cancel) => open((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0]).Read(cancel));
        context.RegisterSourceOutput(services.Select(static (result, _) => result.Service), static (output, service) =>
        {
            if (service is not null)
                output.AddSource(ServiceWriter.FileOf(service), SourceText.From(ServiceWriter.Write(service), Encoding.UTF8));
        });
        context.RegisterSourceOutput(
            services.SelectMany(static (result, _) => result.Mistakes),
            static (output, mistake) => output.ReportDiagnostic(mistake.ToDiagnostic()));
    }
}
