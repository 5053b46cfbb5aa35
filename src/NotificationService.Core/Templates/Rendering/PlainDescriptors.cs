using System.Collections;
using System.Diagnostics.CodeAnalysis;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.IO;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>
/// Shows the engine how to read the model, and that there is no other way: a map has its keys, a list its indexes and
/// <c>length</c>, everything else nothing. Reflection is never asked.
/// </summary>
internal sealed class PlainDescriptors : IObjectDescriptorProvider, IMemberAccessor, IFormatterProvider, IFormatter
{
    private static readonly object[] NoMembers = [];

    public bool TryGetDescriptor(Type type, [NotNullWhen(true)] out ObjectDescriptor? value)
    {
        value = new ObjectDescriptor(type, this, Members, _ => Iterator(type));
        return true;
    }

    public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
    {
        var name = memberName.TrimmedValue;
        if (instance is PlainMap map)
            return map.TryGetValue(name, out value);
        value = PlainValue.Member(instance, name);
        return value is not null;
    }

    public bool TryCreateFormatter(Type type, [NotNullWhen(true)] out IFormatter? formatter)
    {
        formatter = this;
        return true;
    }

    /// <summary>Prints whatever is not a string already.</summary>
    public void Format<T>(T value, in EncodedTextWriter writer) =>
        writer.Write(value is UndefinedBindingResult ? "" : PlainValue.Text(value), encode: true);

    private static IEnumerable Members(ObjectDescriptor descriptor, object instance) => instance is PlainMap map ? map.Keys : NoMembers;

    private static Counted Iterator(Type type) =>
        type == typeof(PlainList) ? new Counted(new ListIterator<PlainList>())
        : type == typeof(PlainMap) ? new Counted(new DictionaryIterator<PlainMap>())
        : new Counted(null);

    /// <summary>Goes round a list only as far as the budget allows; goes round nothing that is not one.</summary>
    private sealed class Counted(IIterator? inner) : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer,
            BindingContext context,
            ChainSegment[] blockParamsVariables,
            object input,
            TemplateDelegate template,
            TemplateDelegate ifEmpty)
        {
            var count = PlainValue.Length(input);
            if (inner is null)
                throw new RenderLimitException("each needs a list or an object");
            if (count > TemplateLimits.ItemsPerEach)
                throw new RenderLimitException($"each may go over {TemplateLimits.ItemsPerEach} items, this list has {count}");
            RenderBudget.Spend(count + 1);
            inner.Iterate(writer, context, blockParamsVariables, input, template, ifEmpty);
        }
    }
}
