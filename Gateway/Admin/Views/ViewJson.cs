using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Admin.Views;

/// <summary>How views are written: by code made at compile time, in camelCase, and laid out for people.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(RoutesView))]
[JsonSerializable(typeof(BackendsView))]
internal sealed partial class ViewJson : JsonSerializerContext;
