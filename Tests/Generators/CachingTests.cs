using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FrameRpc.Tests.Generators;

/// <summary>In an editor the generator runs at every key stroke. It does again only what the stroke changes.</summary>
public sealed class CachingTests
{
    private const string Service = "[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); }";

    [Test]
    [Arguments("class Other;")]
    [Arguments("class Other { void Method() { } }", "class Other { void Method() { int local; } }")]
    public async Task An_edit_of_another_file_leaves_everything_as_it_is(string before, string after = "class Other { int _field; }")
    {
        CSharpCompilation program = Compiler.Program(Service).AddSyntaxTrees(Compiler.Parse(before));
        await Assert.That(await IsUntouched(program, program.ReplaceSyntaxTree(program.SyntaxTrees[^1], Compiler.Parse(after)))).IsTrue();
    }

    [Test]
    [Arguments("\n\n" + Service)]
    [Arguments(Service + "class Other;")]
    [Arguments("[FrameService(typeof(Json))] interface IA { /* how much? */ Task<string> GetAsync( int number ); }")]
    public async Task An_edit_beside_the_interface_leaves_its_code_as_it_is(string after) => await Assert.That(await IsUntouched(Service, after)).IsTrue();

    [Test]
    [Arguments("[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int amount); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); Task PutAsync(); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { Task<int> GetAsync(int number); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { [FrameEndpoint(\"X\")] Task<string> GetAsync(int number); }")]
    [Arguments("[FrameService(typeof(Json))] public interface IA { Task<string> GetAsync(int number); }")]
    [Arguments("namespace N { [FrameService(typeof(Json))] interface IA { Task<string> GetAsync(int number); } }")]
    public async Task An_edit_of_the_interface_is_taken_up(string after) => await Assert.That(await IsUntouched(Service, after)).IsFalse();

    [Test]
    public async Task A_mistake_moves_with_its_line()
    {
        const string Mistaken = "[FrameService] interface IA { void A(); }";
        await Assert.That(await IsUntouched(Mistaken, Mistaken + "class Other;")).IsTrue();
        await Assert.That(await IsUntouched(Mistaken, "\n" + Mistaken)).IsFalse();
    }

    [Test]
    public async Task The_same_source_gives_the_same_code() => await Assert.That(Compiler.Files(Service)).IsSequence(Compiler.Files(Service));

    private static async Task<bool> IsUntouched(string before, string after)
    {
        CSharpCompilation program = Compiler.Program(before);
        return await IsUntouched(program, program.ReplaceSyntaxTree(program.SyntaxTrees[0], Compiler.Parse(after)));
    }

    private static async Task<bool> IsUntouched(Compilation before, Compilation after)
    {
        GeneratorRunResult result = await Assert.That(Compiler.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results).HasSingleItem();
        IncrementalGeneratorRunStep[] steps = [.. result.TrackedOutputSteps.SelectMany(step => step.Value)];
        await Assert.That(steps).IsNotEmpty();
        return steps.SelectMany(step => step.Outputs).All(output => output.Reason is IncrementalStepRunReason.Cached);
    }
}
