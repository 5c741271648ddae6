using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FrameRpc.Tests.Generators;

/// <summary>In an editor the generator runs at every key stroke. It does again only what the stroke changes.</summary>
public sealed class CachingTests
{
    private const string Service = "[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); }";

    [Theory]
    [InlineData("class Other;")]
    [InlineData("class Other { void Method() { } }", "class Other { void Method() { int local; } }")]
    public void An_edit_of_another_file_leaves_everything_as_it_is(string before, string after = "class Other { int _field; }")
    {
        CSharpCompilation program = Compiler.Program(Service).AddSyntaxTrees(Compiler.Parse(before));
        Assert.True(IsUntouched(program, program.ReplaceSyntaxTree(program.SyntaxTrees[^1], Compiler.Parse(after))));
    }

    [Theory]
    [InlineData("\n\n" + Service)]
    [InlineData(Service + "class Other;")]
    [InlineData("[FrameService(typeof(Json))] interface IA { /* how much? */ Task<string> GetAsync( int number ); }")]
    public void An_edit_beside_the_interface_leaves_its_code_as_it_is(string after) => Assert.True(IsUntouched(Service, after));

    [Theory]
    [InlineData("[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int amount); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); Task PutAsync(); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { Task<int> GetAsync(int number); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { [FrameEndpoint(\"X\")] Task<string> GetAsync(int number); }")]
    [InlineData("[FrameService(typeof(Json))] public interface IA { Task<string> GetAsync(int number); }")]
    [InlineData("namespace N { [FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); } }")]
    public void An_edit_of_the_interface_is_taken_up(string after) => Assert.False(IsUntouched(Service, after));

    [Fact]
    public void A_mistake_moves_with_its_line()
    {
        const string Mistaken = "[FrameService] interface IA { void A(); }";
        Assert.True(IsUntouched(Mistaken, Mistaken + "class Other;"));
        Assert.False(IsUntouched(Mistaken, "\n" + Mistaken));
    }

    [Fact]
    public void The_same_source_gives_the_same_code() => Assert.Equal(Compiler.Files(Service), Compiler.Files(Service));

    private static bool IsUntouched(string before, string after)
    {
        CSharpCompilation program = Compiler.Program(before);
        return IsUntouched(program, program.ReplaceSyntaxTree(program.SyntaxTrees[0], Compiler.Parse(after)));
    }

    private static bool IsUntouched(Compilation before, Compilation after)
    {
        GeneratorRunResult result = Assert.Single(Compiler.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results);
        IncrementalGeneratorRunStep[] steps = [.. result.TrackedOutputSteps.SelectMany(step => step.Value)];
        Assert.NotEmpty(steps);
        return steps.SelectMany(step => step.Outputs).All(output => output.Reason is IncrementalStepRunReason.Cached);
    }
}
