extern alias generators;

using generators::FrameRpc.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace FrameRpc.Tests.Generators;

/// <summary>Compiles sources with the generator, as strictly as this repository is compiled: every warning counts, and so do the comments.</summary>
internal static class Compiler
{
    private const string Usings = """
        global using System;
        global using System.Buffers;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.IO.Pipelines;
        global using System.Text.Json.Serialization;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using FrameRpc.Protocol.Client;
        global using FrameRpc.Protocol.Services;
        """;

    // The generator of JSON contexts does not run here: this is what it would add to one that declares a text and a number.
    private const string Context = """
        [JsonSerializable(typeof(string)), JsonSerializable(typeof(int))]
        internal sealed partial class Json() : JsonSerializerContext(null)
        {
            public static Json Default { get; } = new();
            protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;
            public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => null;
        }
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "FrameRpc.Protocol.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>A program of this source, some usings, and the context <c>Json</c>.</summary>
    public static CSharpCompilation Program(string source) => CSharpCompilation.Create(
        "Program",
        [Parse(source), Parse(Usings), Parse(Context)],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Parsing, cancellationToken: CancellationToken.None);

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new ServiceGenerator().AsSourceGenerator()],
        parseOptions: Parsing,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Everything that the compiler has against the source, what was generated included.</summary>
    public static string[] Complaints(string source)
    {
        _ = Driver().RunGeneratorsAndUpdateCompilation(Program(source), out Compilation whole, out _);
        return [.. whole.GetDiagnostics().Where(found => found.Severity is not DiagnosticSeverity.Hidden).Select(found => found.ToString())];
    }

    /// <summary>What the generator has against the source: line, what is underlined, id and text.</summary>
    public static string[] Mistakes(string source) =>
    [
        .. Result(source).Diagnostics.Select(found =>
        {
            int line = found.Location.GetLineSpan().StartLinePosition.Line + 1;
            TextSpan span = found.Location.SourceSpan;
            return $"{line} `{source[span.Start..span.End]}` {found.Id}: {found.GetMessage(null)}";
        }),
    ];

    /// <summary>The files that were generated.</summary>
    public static string[] Files(string source) => [.. Result(source).GeneratedTrees.Select(tree => tree.ToString())];

    private static GeneratorDriverRunResult Result(string source) => Driver().RunGenerators(Program(source)).GetRunResult();
}
